//! The plain composition: the well-known crates one after the other, and an owned struct to read
//! into. It checks what they check by themselves: no duplicate keys in unknown places, no amount
//! kept exact, nothing wiped.

use super::corpus::key;
use aes::{
    Aes256,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Wrapper {
    notification: String,
    iv: String,
}

/// Decrypts and reads the body of a POST.
///
/// # Errors
/// What any of the crates refuses.
pub fn plain(secret: &str, body: &[u8]) -> Result<Plain, Box<dyn std::error::Error>> {
    let wrapper: Wrapper = serde_json::from_slice(body)?;
    let iv = STANDARD.decode(wrapper.iv)?;
    let ciphertext = STANDARD.decode(wrapper.notification)?;
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key(secret), &iv)?;
    let plaintext = cipher
        .decrypt_padded_vec::<Pkcs7>(&ciphertext)
        .map_err(|_| "the padding is wrong")?;
    Ok(serde_json::from_str(&String::from_utf8(plaintext)?)?)
}

macro_rules! plain {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field:meta])* $key:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            #[allow(missing_docs, reason = "the names are ClickBank's")]
            pub struct $name {
                $($(#[$field])* pub $key: $type,)+
            }
        )+
    };
}

plain! {
    /// A notification as one declares it when one is in a hurry: owned texts and floats.
    Plain {
        transaction_time: String,
        receipt: String,
        transaction_type: String,
        vendor: Option<String>,
        affiliate: Option<String>,
        role: Option<String>,
        total_account_amount: f64,
        payment_method: Option<String>,
        total_order_amount: Option<f64>,
        total_tax_amount: Option<f64>,
        total_shipping_amount: Option<f64>,
        currency: Option<String>,
        order_language: Option<String>,
        tracking_codes: Vec<String>,
        declined_consent: Option<bool>,
        line_items: Vec<PlainLine>,
        customer: Option<PlainCustomer>,
        upsell: Option<PlainUpsell>,
        vendor_variables: BTreeMap<String, String>,
        common_tracking_parameters: BTreeMap<String, String>,
        affiliate_tracking_parameters: BTreeMap<String, String>,
        version: f64,
        attempt_count: Option<u32>,
    }
    /// A line.
    PlainLine {
        item_no: String,
        product_title: Option<String>,
        shippable: Option<bool>,
        recurring: Option<bool>,
        account_amount: Option<f64>,
        quantity: Option<u32>,
        download_url: Option<String>,
        line_item_type: Option<String>,
        product_price: Option<f64>,
        product_discount: Option<f64>,
        tax_amount: Option<f64>,
        shipping_amount: Option<f64>,
        shipping_liable: Option<bool>,
        affiliate_payout: Option<f64>,
        payment_plan: Option<PlainPlan>,
    }
    /// A payment plan.
    PlainPlan {
        rebill_status: Option<String>,
        rebill_frequency: Option<String>,
        rebill_amount: Option<f64>,
        payments_processed: Option<u32>,
        payments_remaining: Option<u32>,
        next_payment_date: Option<String>,
    }
    /// A customer.
    PlainCustomer {
        shipping: Option<PlainContact>,
        billing: Option<PlainContact>,
    }
    /// A contact.
    PlainContact {
        first_name: Option<String>,
        last_name: Option<String>,
        full_name: Option<String>,
        phone_number: Option<String>,
        email: Option<String>,
        address: Option<PlainAddress>,
    }
    /// An address.
    PlainAddress {
        address1: Option<String>,
        address2: Option<String>,
        city: Option<String>,
        county: Option<String>,
        state: Option<String>,
        postal_code: Option<String>,
        country: Option<String>,
    }
    /// The flow of upsells.
    PlainUpsell {
        upsell_original_receipt: Option<String>,
        upsell_flow_id: Option<u64>,
        upsell_session: Option<String>,
        upsell_path: Option<String>,
        upsell_flow_name: Option<String>,
    }
}
