//! Events with what became of them.

use super::json::{NotWritten, Written};
use super::object::{Object, name};
use crate::event::{Event, Interface};
use crate::plan::{EventRow, Found, RuleTraces, RuleVerdict, Trace};
use crate::text::push_json;
use alloc::string::String;
use core::ops::Not;

/// Writes the row of an event.
pub(crate) fn event_row(row: &EventRow, out: &mut String) -> Written {
    let EventRow {
        event,
        outcome,
        reason,
        click,
        conversion,
        share,
        decided_at,
        configuration,
        trace,
        revised,
    } = row;
    let mut object = Object::open(out);
    object.object(name!("event"), |object| self::event(event, object))?;
    object.word(name!("outcome"), outcome.as_str());
    if let Some(reason) = reason {
        object.word(name!("reason"), reason.as_str());
    }
    let candidate = candidate(event, trace.found.as_ref());
    if let Some(candidate) = candidate {
        object.number(name!("candidate"), candidate);
    }
    let found = trace.found.as_ref().map(Found::click);
    if click.as_ref() != found {
        object.value(name!("click"), click)?;
    }
    if let Some(conversion) = conversion {
        object.word(name!("conv"), conversion.as_str());
    }
    if let Some(share) = share {
        object.object(name!("share"), |object| {
            object.money(name!("sum"), share.sum);
            if let Some(revenue) = share.revenue {
                object.money(name!("revenue"), revenue);
            }
            object.flag(name!("alone"), share.alone, false);
            Ok(())
        })?;
    }
    if *decided_at != event.received_at {
        object.time(name!("decided_at"), *decided_at);
    }
    object.word(name!("conf"), configuration.as_str());
    let found = trace.found.as_ref().filter(|_| candidate.is_none());
    object.object(name!("trace"), |object| self::trace(trace, found, object))?;
    object.some(name!("revised"), revised.as_ref())?;
    object.close();
    Ok(())
}

/// The place of the candidate by which the click was found.
fn candidate(event: &Event, found: Option<&Found>) -> Option<u32> {
    let Found::Candidate { index, click } = found? else {
        return None;
    };
    let named = event.clicks.get(usize::try_from(*index).ok()?)?;
    (named == click).then_some(*index)
}

fn event(event: &Event, object: &mut Object<'_>) -> Written {
    let Event {
        id,
        identified,
        source,
        interface,
        assurance,
        kind,
        name,
        test,
        silent,
        uploaded,
        at,
        timed,
        received_at,
        clicks,
        forged,
        named,
        hint,
        by_hand,
        receipt,
        rebill,
        parent,
        status,
        sum,
        no_amount,
        event_id,
        no_event_id,
        order_id,
        parameters,
        ignored,
        private: _,
    } = event;
    object.word(name!("id"), id.as_str());
    object.flag(name!("identified"), *identified, true);
    object.word(name!("source"), source.as_str());
    if *interface != Interface::Postback {
        object.word(name!("interface"), interface.as_str());
    }
    object.some(name!("assurance"), assurance.as_ref())?;
    if let Some(kind) = kind {
        object.text(name!("kind"), kind.as_str());
    }
    if let Some(name) = name {
        object.text(name!("name"), name);
    }
    object.flag(name!("test"), *test, false);
    object.flag(name!("silent"), *silent, false);
    object.flag(name!("uploaded"), *uploaded, false);
    object.time(name!("at"), *at);
    object.flag(name!("timed"), *timed, false);
    object.time(name!("came"), *received_at);
    object.list(name!("clicks"), clicks)?;
    object.list(name!("forged"), forged)?;
    object.list(name!("named"), named)?;
    object.some(name!("hint"), hint.as_ref())?;
    object.some(name!("by_hand"), by_hand.as_ref())?;
    if let Some(receipt) = receipt {
        object.text(name!("receipt"), receipt.as_str());
    }
    object.some(name!("rebill"), rebill.as_ref())?;
    object.some(name!("parent"), parent.as_ref())?;
    if let Some(status) = status {
        object.text(name!("status"), status);
    }
    if let Some(sum) = sum {
        object.money(name!("sum"), *sum);
    }
    object.flag(name!("no_amount"), *no_amount, false);
    if let Some(id) = event_id {
        object.text(name!("event_id"), id);
    }
    object.some(name!("no_event_id"), no_event_id.as_ref())?;
    if let Some(id) = order_id {
        object.text(name!("oid"), id);
    }
    object.texts(
        name!("params"),
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())),
    );
    object.list(name!("ignored"), ignored)
}

fn trace(trace: &Trace, found: Option<&Found>, object: &mut Object<'_>) -> Written {
    let Trace {
        found: _,
        duplicate,
        silent,
        rules,
        more_rules,
        corrections,
        resolved,
        moved,
    } = trace;
    object.some(name!("found"), found)?;
    if let Some(duplicate) = duplicate {
        object.word(name!("dup"), duplicate.as_str());
    }
    object.flag(name!("silent"), *silent, false);
    if rules.is_empty().not() {
        object.with(name!("rules"), |out| self::rules(rules, out))?;
    }
    object.some(name!("more_rules"), Some(more_rules).filter(|more| **more > 0))?;
    object.list(name!("corrections"), corrections)?;
    object.some(name!("resolved"), Some(resolved).filter(|resolved| **resolved > 0))?;
    object.some(name!("moved"), Some(moved).filter(|moved| !moved.is_empty()))
}

/// Writes the ids of the postbacks as one text, and then their verdicts.
fn rules(rules: &RuleTraces, out: &mut String) -> Written {
    out.push_str("{\"p\":\"");
    for (postback, _) in rules.pairs() {
        out.push_str(postback.as_str());
        out.push(' ');
    }
    out.pop();
    out.push_str("\",\"v\":[");
    for (_, verdict) in rules.pairs() {
        match verdict {
            RuleVerdict::NotRendered(why) => {
                out.push('"');
                push_json(why, out);
                out.push('"');
            }
            verdict => out.push_str(itoa::Buffer::new().format(verdict.code().ok_or(NotWritten)?)),
        }
        out.push(',');
    }
    out.pop();
    out.push_str("]}");
    Ok(())
}
