//! Deliveries.

use super::json::Written;
use super::object::{Object, name};
use crate::delivery::{Cause, Delivery, RetryPolicy, SuccessRule};
use crate::model::Method;
use crate::outbound::{HoledText, Outbound, Part};
use alloc::string::String;

/// Writes a delivery.
pub(crate) fn delivery(row: &Delivery, out: &mut String) -> Written {
    let Delivery {
        id,
        cause,
        lane,
        not_before,
        not_after,
        created_at,
        outbound,
        check,
        retry,
        replaces,
        after,
        private: _,
    } = row;
    let mut object = Object::open(out);
    object.word(name!("id"), id.as_str());
    self::cause(cause, &mut object)?;
    object.text(name!("lane"), lane.as_str());
    object.some(name!("not_before"), not_before.as_ref())?;
    object.some(name!("not_after"), not_after.as_ref())?;
    object.time(name!("at"), *created_at);
    object.object(name!("out"), |object| request(outbound, object))?;
    object.some(name!("check"), check.as_ref())?;
    if *retry != RetryPolicy::default() {
        object.value(name!("retry"), retry)?;
    }
    object.some(name!("replaces"), replaces.as_ref())?;
    object.list(name!("after"), after)?;
    object.close();
    Ok(())
}

fn cause(cause: &Cause, object: &mut Object<'_>) -> Written {
    let Cause::Postback {
        conversion,
        click,
        event,
        campaign,
        postback,
        success,
    } = cause
    else {
        return object.value(name!("cause"), cause);
    };
    object.word(name!("conv"), conversion.as_str());
    object.text(name!("click"), click.as_str());
    object.word(name!("event"), event.as_str());
    object.word(name!("camp"), campaign.as_str());
    object.word(name!("post"), postback.as_str());
    if !is_usual(success) {
        object.value(name!("success"), success)?;
    }
    Ok(())
}

/// Whether it is [`SuccessRule::default`], without making that.
fn is_usual(rule: &SuccessRule) -> bool {
    rule.status == [(200, 299)] && rule.body_includes.is_none() && rule.body_excludes.is_none()
}

fn request(request: &Outbound, object: &mut Object<'_>) -> Written {
    let Outbound {
        method,
        url,
        headers,
        body,
        item,
        sign,
    } = request;
    if *method != Method::Get {
        object.word(name!("method"), method.as_str());
    }
    holed(name!("url"), url, object)?;
    object.list(name!("headers"), headers)?;
    if let Some(body) = body {
        holed(name!("body"), body, object)?;
    }
    object.some(name!("item"), item.as_ref())?;
    object.list(name!("sign"), sign)
}

/// A text without holes is a string.
fn holed(name: &'static str, text: &HoledText, object: &mut Object<'_>) -> Written {
    match text.0.as_slice() {
        [Part::Text(text)] if !text.is_empty() => {
            object.text(name, text);
            Ok(())
        }
        _ => object.value(name, text),
    }
}
