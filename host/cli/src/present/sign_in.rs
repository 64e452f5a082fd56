//! What a person does to sign in, in lines.

use switchboard_app::connect::SignInStep;

/// Lines for a step: first those that show it, then those that explain the wait, once a browser was opened.
pub struct StepLines {
    pub first: Vec<String>,
    pub wait: Vec<String>,
}

/// The lines of a step.
pub fn lines(step: &SignInStep<'_>) -> StepLines {
    let redirect_line = |redirect: &str| format!("redirect address of your app, exactly:  {redirect}");
    match step {
        SignInStep::Browse { page, redirect, errors, expected_email, .. } => {
            let mut wait = vec![
                "waiting five minutes for the browser. If it shows an error, type its letter and press Enter:".to_owned(),
            ];
            wait.extend(errors.iter().map(|error| {
                let words = error.words.as_ref().map(|words| format!("   (the page says \"{words}\")"));
                format!("  {}  {}{}", error.key, error.title, words.unwrap_or_default())
            }));
            wait.extend(expected_email.map(|email| format!("sign in as {email}")));
            StepLines { first: vec![redirect_line(redirect), format!("open and approve:  {page}")], wait }
        }
        SignInStep::PasteAddress { page, redirect } => StepLines {
            first: vec![redirect_line(redirect), format!("open and approve:  {page}")],
            wait: vec![
                "after you click Allow, copy the browser's full address, paste it here and press Enter (the page itself may not load)".to_owned(),
            ],
        },
        SignInStep::EnterCode { page, code, page_with_code, life } => {
            let mut first =
                vec![format!("on any machine, open:  {page}"), format!("and enter the code:    {code}")];
            first.extend(page_with_code.map(|page| format!("or open at once:       {page}")));
            StepLines { first, wait: vec![format!("waiting {} minutes", life.as_secs() / 60)] }
        }
        SignInStep::SendLink { redirect, listens_on, minutes, .. } => {
            let mut first = vec![redirect_line(redirect)];
            first.extend(listens_on.map(|address| format!("listening on {address}")));
            let wait = format!("waiting {minutes} min for a sign-in; the link works while this command runs");
            StepLines { first, wait: vec![wait] }
        }
    }
}
