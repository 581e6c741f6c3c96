//! A webhook that takes what Slack's incoming webhooks take
//! (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>). Limits are those of
//! <https://docs.slack.dev/reference/block-kit/blocks>.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Channel, Kind, Opened};
use crate::delivery::{Address, Header, Request};
use crate::message::{Message, Verdict};
use crate::options::Options;
use crate::secret::Secret;
use crate::text::{fitted, length, plain};

pub(super) const KIND: Kind = Kind {
    name: "slack",
    wanted: |options| options.slack || options.slack_webhook_file.is_some(),
    open,
};

const HEADER_LIMIT: usize = 150;
const SECTION_LIMIT: usize = 3000;
const FIELD_LIMIT: usize = 2000;
/// Of one finding, so that there is room for several.
const FINDING_LIMIT: usize = 400;
/// For the words of how many findings there are beside those shown.
const MORE_LIMIT: usize = 40;

struct Slack {
    address: Address,
    secrets: Vec<Secret>,
    body: String,
}

fn open(options: &Options, message: &Message) -> Opened {
    let url = Secret::find(
        "--slack-webhook-file",
        options.slack_webhook_file.as_deref(),
        &["SLACK_WEBHOOK_URL"],
    )?;
    let address = Address::secret(&url)?;
    Ok(Box::new(Slack {
        secrets: url.of_address(&address.path),
        address,
        body: payload(message).to_string(),
    }))
}

impl Channel for Slack {
    fn requests(&self) -> Vec<Request> {
        vec![Request {
            method: "POST",
            address: self.address.clone(),
            headers: vec![Header::open("Content-Type", "application/json")],
            body: Some(self.body.clone()),
            secrets: self.secrets.clone(),
            permission: None,
        }]
    }
}

/// `text` is what notifications show, and services that know no blocks.
fn payload(message: &Message) -> Value {
    let headline = message.headline();
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": fitted(&headline, HEADER_LIMIT, plain)}}),
        json!({"type": "section", "fields": fields(message)}),
    ];
    if let Some(text) = &message.text {
        blocks.push(section(fitted(text, SECTION_LIMIT, escaped_lines)));
    }
    if !message.findings.is_empty() {
        blocks.push(section(findings(message)));
    }
    let time = fitted(&message.time, FIELD_LIMIT, escaped);
    blocks.push(json!({"type": "context", "elements": [mrkdwn(time)]}));
    let headline = fitted(&headline, FIELD_LIMIT, escaped) + "\n";
    let room = SECTION_LIMIT - length(&headline);
    let text = headline + &fitted(&message.summary, room, escaped);
    json!({"text": text, "blocks": blocks})
}

/// At most ten.
fn fields(message: &Message) -> Vec<Value> {
    let verdict = message.verdict.map(|verdict| match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::NotJudged => "not judged",
    });
    let said = [
        ("Environment", Some(message.environment.as_str())),
        ("Status", Some(message.status.name())),
        ("Evidence", verdict),
        ("Revision", message.revision.as_deref()),
        ("Commit", message.commit.as_deref()),
    ];
    let links = [
        ("Run", message.url.as_deref()),
        ("Service", message.environment_url.as_deref()),
    ];
    let said = said.into_iter().filter_map(|(label, text)| {
        let label = format!("*{label}*\n");
        let room = FIELD_LIMIT - length(&label);
        Some(mrkdwn(label + &fitted(text?, room, escaped)))
    });
    let links = links.into_iter().filter_map(|(label, url)| {
        let link = format!("*{label}*\n<{}|open>", url?.replace('&', "&amp;"));
        // A part of an address leads elsewhere.
        (length(&link) <= FIELD_LIMIT).then(|| mrkdwn(link))
    });
    said.chain(links).collect()
}

fn findings(message: &Message) -> String {
    let mut text = match message.verdict {
        Some(Verdict::Passed) => "*What was let through*",
        _ => "*What failed*",
    }
    .to_owned();
    let mut shown = 0;
    for finding in &message.findings {
        let line = format!("• {}: {}", finding.status, finding.text);
        let line = fitted(&line, FINDING_LIMIT, escaped);
        if length(&text) + 1 + length(&line) > SECTION_LIMIT - MORE_LIMIT {
            break;
        }
        text.push('\n');
        text += &line;
        shown += 1;
    }
    if let Some(more) = message.more_findings(shown) {
        text += &format!("\n{more}");
    }
    text
}

fn section(text: String) -> Value {
    json!({"type": "section", "text": mrkdwn(text)})
}

/// `verbatim`: no name of a channel or person in it is taken for one, and no address for a link.
fn mrkdwn(text: String) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// The three characters that Slack wants as entities. Services that only resemble it call people whose name follows an @:
/// a space without width stands between.
fn escaped(character: char) -> Cow<'static, str> {
    match character {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '@' => "@\u{200b}".into(),
        other => plain(other),
    }
}

/// The same of what whoever deployed says, who may make lines.
fn escaped_lines(character: char) -> Cow<'static, str> {
    match character {
        '\n' => "\n".into(),
        other => escaped(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::testing::message;
    use proptest::prelude::*;

    fn texts(value: &Value) -> Vec<&Value> {
        match value {
            Value::Array(values) => values.iter().flat_map(texts).collect(),
            Value::Object(object) if object.contains_key("verbatim") => vec![value],
            Value::Object(object) => object.values().flat_map(texts).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn nobody_is_called_and_nothing_is_a_link_that_a_document_says() {
        let payload = payload(&message(
            "<!channel> @here <https://evil.example|here> & *a*",
        ));
        for text in texts(&payload) {
            let text = text["text"].as_str().unwrap();
            let ours = [
                "<https://ci.example.org/run?a=1&amp;b=2|open>",
                "<https://example.org|open>",
            ];
            let rest = ours
                .iter()
                .fold(text.to_owned(), |text, link| text.replace(link, ""));
            assert!(!rest.contains('<') && !rest.contains("@h"), "{text}");
        }
        assert!(!payload["text"].as_str().unwrap().contains('<'));
    }

    #[test]
    fn findings_that_do_not_fit_are_counted() {
        let text = findings(&message(&"long ".repeat(100)));
        let shown = text.matches('•').count();
        assert!(shown > 3 && shown < 20, "{text}");
        assert!(
            text.ends_with(&format!("\n… and {} more", 30 - shown)),
            "{text}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_a_document_says_slack_takes_it(text in "[ -~<&@\n🙂]{1,700}") {
            let payload = payload(&message(&text));
            let blocks = payload["blocks"].as_array().unwrap();
            prop_assert!(blocks.len() <= 50);
            for block in blocks {
                let text_of = |value: &Value| value["text"].as_str().map(length);
                match block["type"].as_str().unwrap() {
                    "header" => prop_assert!((1..=150).contains(&text_of(&block["text"]).unwrap())),
                    "section" => {
                        let fields = block["fields"].as_array();
                        prop_assert!(fields.is_none_or(|fields| (1..=10).contains(&fields.len())));
                        for field in fields.into_iter().flatten() {
                            prop_assert!((1..=2000).contains(&text_of(field).unwrap()));
                        }
                        if fields.is_none() {
                            prop_assert!((1..=3000).contains(&text_of(&block["text"]).unwrap()));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}
