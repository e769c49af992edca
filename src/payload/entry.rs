//! Entries and what is made of them: conversions and tallies, and the records of receipts.

use super::json::Written;
use super::object::{Object, name};
use crate::event::Kind;
use crate::model::{Conversion, Entry, Revenue};
use crate::plan::{Added, Fired, ReceiptRecord, Tally, TallyKey};
use crate::value::{Currency, Shared};
use alloc::{boxed::Box, collections::BTreeMap, string::String};

/// Writes a conversion.
pub(crate) fn conversion(row: &Conversion, out: &mut String) -> Written {
    let Conversion {
        id,
        click,
        campaign,
        offer,
        source,
        channel,
        shown,
        sum,
        revenue,
        basis,
        count,
    } = row;
    let mut object = Object::open(out);
    object.word(name!("id"), id.as_str());
    object.text(name!("click"), click.as_str());
    object.word(name!("camp"), campaign.as_str());
    object.word(name!("offer"), offer.as_str());
    object.word(name!("source"), source.as_str());
    object.word(name!("channel"), channel.as_str());
    object.object(name!("shown"), |object| entry(shown, object))?;
    match sum {
        Some(_) if *sum == shown.sum => object.word(name!("sum"), "shown"),
        Some(sum) => object.money(name!("sum"), *sum),
        None => {}
    }
    match revenue {
        Revenue::Counted { money } if Some(*money) == *sum => object.word(name!("revenue"), "counted"),
        Revenue::NotCounted { money } if Some(*money) == *sum => object.word(name!("revenue"), "not_counted"),
        _ => object.value(name!("revenue"), revenue)?,
    }
    if !basis.is_shown() {
        object.value(name!("basis"), basis)?;
    }
    if *count != 1 {
        object.number(name!("count"), *count);
    }
    object.close();
    Ok(())
}

fn entry(entry: &Entry, object: &mut Object<'_>) -> Written {
    let Entry {
        event,
        at,
        timed,
        received_at,
        uploaded,
        kind,
        type_name,
        known,
        status,
        status_word,
        sum,
        test,
        receipt,
        rebill,
        parent,
        event_id,
        order_id,
        parameters,
    } = entry;
    object.word(name!("event"), event.as_str());
    object.time(name!("at"), *at);
    object.flag(name!("timed"), *timed, false);
    if let Some(at) = received_at {
        object.time(name!("came"), *at);
    }
    object.flag(name!("uploaded"), *uploaded, false);
    if *kind != Kind::Sale {
        object.text(name!("kind"), kind.as_str());
    }
    object.text(name!("type"), type_name.as_str());
    object.flag(name!("known"), *known, true);
    object.word(name!("status"), status.as_str());
    if let Some(word) = status_word {
        object.text(name!("word"), word);
    }
    if let Some(sum) = sum {
        object.money(name!("sum"), *sum);
    }
    object.flag(name!("test"), *test, false);
    if let Some(receipt) = receipt {
        object.text(name!("receipt"), receipt.as_str());
    }
    object.some(name!("rebill"), rebill.as_ref())?;
    object.some(name!("parent"), parent.as_ref())?;
    if let Some(id) = event_id {
        object.text(name!("eid"), id);
    }
    if let Some(id) = order_id {
        object.text(name!("oid"), id);
    }
    object.texts(
        name!("params"),
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())),
    );
    Ok(())
}

/// Writes a tally.
pub(crate) fn tally(row: &Tally, out: &mut String) -> Written {
    let Tally {
        click,
        key,
        conversion,
        first,
        last,
        sums,
        amount,
        base,
        count,
        fired,
        seconds,
    } = row;
    let mut object = Object::open(out);
    object.text(name!("click"), click.as_str());
    if !matches!(key, TallyKey::Type(name) if *name == first.type_name) {
        object.value(name!("key"), key)?;
    }
    if let Some(conversion) = conversion {
        object.word(name!("conv"), conversion.as_str());
    }
    object.object(name!("first"), |object| entry(first, object))?;
    if !Shared::is_same(first, last) && first != last {
        object.object(name!("last"), |object| entry(last, object))?;
    }
    if !sums.is_empty() {
        object.object(name!("sums"), |object| self::sums(sums, first, object))?;
    }
    object.some(name!("amount"), amount.as_ref())?;
    if let Some(base) = base {
        object.word(name!("base"), base.as_str());
    }
    if *count != 1 {
        object.number(name!("count"), *count);
    }
    if !fired.is_empty() {
        object.with(name!("fired"), |out| {
            self::fired(fired, out);
            Ok(())
        })?;
    }
    object.some(name!("seconds"), Some(seconds).filter(|seconds| !seconds.is_empty()))?;
    object.close();
    Ok(())
}

fn sums(sums: &BTreeMap<Currency, Box<Added>>, first: &Entry, object: &mut Object<'_>) -> Written {
    for (currency, added) in sums {
        object.named(currency.as_str(), |object| {
            let Added {
                at,
                event,
                sum,
                revenue,
            } = &**added;
            if *at != first.at {
                object.time(name!("at"), *at);
            }
            if *event != first.event {
                object.word(name!("event"), event.as_str());
            }
            if let Some(sum) = sum {
                object.amount(name!("sum"), *sum);
            }
            match revenue {
                Some(money) if money.currency == *currency && Some(money.amount) == *sum => {
                    object.word(name!("revenue"), "sum");
                }
                Some(money) => object.money(name!("revenue"), *money),
                None => {}
            }
        });
    }
    Ok(())
}

fn fired(fired: &[Fired], out: &mut String) {
    out.push('[');
    for fired in fired {
        let mut object = Object::open(out);
        let Fired {
            campaign,
            postback,
            told,
            forgotten,
        } = fired;
        object.word(name!("camp"), campaign.as_str());
        object.word(name!("post"), postback.as_str());
        if let Some(told) = told {
            object.money(name!("told"), *told);
        }
        object.flag(name!("forgotten"), *forgotten, false);
        object.close();
        out.push(',');
    }
    out.pop();
    out.push(']');
}

/// Writes what is known of a receipt.
pub(crate) fn receipt(row: &ReceiptRecord, out: &mut String) -> Written {
    let ReceiptRecord {
        source,
        receipt,
        parent,
        click,
        paid,
        expired,
        contested,
    } = row;
    let mut object = Object::open(out);
    object.word(name!("source"), source.as_str());
    object.text(name!("receipt"), receipt.as_str());
    object.some(name!("parent"), parent.as_ref())?;
    if let Some(known) = click {
        object.object(name!("click"), |object| {
            object.time(name!("at"), known.at);
            object.word(name!("event"), known.event.as_str());
            object.text(name!("click"), known.click.as_str());
            Ok(())
        })?;
    }
    object.flag(name!("paid"), *paid, false);
    object.flag(name!("expired"), *expired, false);
    object.flag(name!("contested"), *contested, false);
    object.close();
    Ok(())
}
