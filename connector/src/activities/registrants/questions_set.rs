//! Set what a meeting's registration page asks for, read it back, and say what Zoom changed.

use super::questions_get::read;
use crate::bindings::contract::Problem;
use crate::bindings::registrants::{CustomQuestion, QuestionKind, Questions, SavedQuestions, SetQuestions};
use crate::bindings::types::Adjustment;
use crate::ids::MeetingId;
use crate::json;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Set the registration questions. Zoom answers with nothing at all, so they are read back.
pub fn questions_set(zoom: &Zoom<'_>, request: SetQuestions) -> Outcome<SavedQuestions> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    if request.standard.is_none() && request.custom.is_none() {
        return Err(invalid("", "nothing to change", "give `standard`, `custom` or both"));
    }
    request.custom.iter().flatten().enumerate().try_for_each(|(n, one)| custom(n, one))?;
    let body = wire::question::Questions::of(request.standard.as_deref(), request.custom.as_deref())
        .map_err(|at| invalid(&at, "`other` is only read, never written", "choose one of the named values"))?;
    zoom.patch(format!("/meetings/{id}/registrants/questions")).body(&body)?.done()?;
    let questions = read(zoom, &id).map_err(unconfirmed)?;
    Ok(SavedQuestions { adjusted: adjusted(&request, &questions), questions })
}

fn custom(n: usize, question: &CustomQuestion) -> Outcome<()> {
    let answers = question.answers.as_deref().unwrap_or_default();
    let place = format!("/custom/{n}/answers");
    if question.title.trim().is_empty() {
        return Err(invalid(&format!("/custom/{n}/title"), "the question is empty", "write the question"));
    }
    if question.kind == QuestionKind::Single && answers.is_empty() {
        return Err(invalid(&place, "there is nothing to choose from", "add the answers to choose from"));
    }
    if question.kind == QuestionKind::Short && !answers.is_empty() {
        return Err(invalid(&place, "a `short` question has no choices", "remove them, or use `kind: single`"));
    }
    Ok(())
}

fn adjusted(asked: &SetQuestions, stored: &Questions) -> Vec<Adjustment> {
    let lists = [
        ("/standard", asked.standard.as_ref().map(json::tree), json::tree(&stored.standard)),
        ("/custom", asked.custom.as_ref().map(json::tree), json::tree(&stored.custom)),
    ];
    let different = lists.into_iter().filter_map(|(field, asked, stored)| {
        let asked = asked.filter(|asked| *asked != stored)?.to_string();
        Some(Adjustment { field: field.to_owned(), asked, stored: Some(stored.to_string()) })
    });
    different.collect()
}

/// The change is made; only the proof is missing.
fn unconfirmed(problem: Problem) -> Problem {
    let message = format!("Zoom accepted the questions, but reading them back failed: {}", problem.message);
    Problem { message, not_sent: false, ..problem }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const PATCH: &str = "PATCH /meetings/81234567890/registrants/questions";
    const GET: &str = "GET /meetings/81234567890/registrants/questions";
    const INPUT: &str = r#"{"meeting":"81234567890","standard":[{"field":"purchase_role","required":true}],
        "custom":[{"title":"Why?","kind":"short","required":false}]}"#;
    const WIRE: &str = r#"{"questions":[{"field_name":"role_in_purchase_process","required":true}],
        "custom_questions":[{"title":"Why?","type":"short","required":false}]}"#;

    #[test]
    fn what_was_taken_as_asked_is_not_adjusted() {
        let script = script(PATCH, 204, "").with_body(WIRE).then(GET, 200, WIRE);
        let expected = r#"{"questions":{"standard":[{"field":"purchase_role","required":true}],
            "custom":[{"title":"Why?","kind":"short","required":false}]},"adjusted":[]}"#;
        check("registrants.questions-set", INPUT, script, expected);
    }

    #[test]
    fn what_zoom_dropped_is_said() {
        let answer =
            run("registrants.questions-set", INPUT, &script(PATCH, 204, "").then(GET, 200, r#"{"questions":[]}"#))
                .unwrap();
        assert_eq!(answer["adjusted"][0]["field"], "/standard");
        let asked =
            serde_json::from_str::<serde_json::Value>(answer["adjusted"][1]["asked"].as_str().unwrap()).unwrap();
        assert_eq!(asked, serde_json::json!([{"title":"Why?","kind":"short","required":false}]));
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (rest, pointer) in [
            ("", ""),
            (r#","standard":[{"field":"other","required":true}]"#, "/standard/0/field"),
            (r#","custom":[{"title":"x","kind":"single","required":true}]"#, "/custom/0/answers"),
            (r#","custom":[{"title":"x","kind":"short","required":true,"answers":["a"]}]"#, "/custom/0/answers"),
            (r#","custom":[{"title":" ","kind":"short","required":true}]"#, "/custom/0/title"),
            (r#","custom":[{"title":"x","kind":"other","required":true}]"#, "/custom/0/kind"),
        ] {
            let input = format!(r#"{{"meeting":"81234567890"{rest}}}"#);
            fails("registrants.questions-set", &input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn a_change_without_proof_is_not_called_unsent() {
        let script = script(PATCH, 204, "").then(GET, 500, "");
        assert!(!fails("registrants.questions-set", INPUT, script, "unavailable", None).not_sent);
    }
}
