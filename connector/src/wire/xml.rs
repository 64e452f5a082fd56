//! Refusals in XML, as Zoom sends them where JSON was not asked for:
//! `<result><code>300</code><message>…</message><errors><field>password</field><message>…</message></errors></result>`.

use super::error::{Body, Field};

/// The refusal in a text; `None` where it is any other markup.
pub fn refusal(bytes: &[u8]) -> Option<Body> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let (mut own, mut errors) = (String::new(), Vec::new());
    let mut rest = text.strip_prefix("<result>")?.split_once("</result>")?.0;
    while let Some((before, inner, after)) = element(rest, "errors") {
        own.push_str(before);
        errors.extend(fields(inner));
        rest = after;
    }
    own.push_str(rest);
    let code = element(&own, "code")?.1.trim().parse().ok()?;
    Some(Body { code: Some(code), message: element(&own, "message").map(|(_, text, _)| plain(text)), errors })
}

/// Each field with the message behind it.
fn fields(mut text: &str) -> Vec<Field> {
    let mut all = Vec::new();
    while let Some((_, field, rest)) = element(text, "field") {
        let own = rest.split("<field>").next().unwrap_or_default();
        let message = element(own, "message").map(|(_, text, _)| plain(text)).unwrap_or_default();
        all.push(Field { field: plain(field), message });
        text = rest;
    }
    all
}

/// What is before, in and behind the first element of that name.
fn element<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = text.split_once(format!("<{name}>").as_str())?;
    let (inner, after) = rest.split_once(format!("</{name}>").as_str())?;
    Some((before, inner, after))
}

/// Text without the five escapes that XML knows by name.
fn plain(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    named.iter().fold(text.trim().to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_message_and_fields_are_read() {
        let text = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<result><code>300</code><message>Validation &quot;failed&quot; &amp;lt;.</message>\
            <errors><field>password</field><message>Max 10.</message></errors>\
            <errors><field>settings.jbh_time</field></errors></result>";
        let body = refusal(text).unwrap();
        assert_eq!(body.code, Some(300));
        assert_eq!(body.message.as_deref(), Some("Validation \"failed\" &lt;."));
        let fields: Vec<_> = body.errors.iter().map(|field| (field.pointer(), field.message.as_str())).collect();
        assert_eq!(fields, [("/password".to_owned(), "Max 10."), ("/settings/jbh_time".to_owned(), "")]);
    }

    #[test]
    fn other_markup_is_no_refusal() {
        for text in
            ["<html><code>300</code></html>", "<result><message>x</message></result>", "<result><code>300</code>"]
        {
            assert!(refusal(text.as_bytes()).is_none(), "{text}");
        }
    }
}
