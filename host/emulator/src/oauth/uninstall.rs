//! `/oauth/apps`: the apps a user has added, and their removal, which asks first, as the Marketplace does.

use super::pages;
use super::session::{APPS, session};
use crate::http::answer::Answer;
use crate::http::call::{Call, first};
use crate::state::world::{App, User, World};

/// The apps the signed-in user has added.
pub fn list(world: &World, call: &Call) -> Answer {
    match session(world, call) {
        Some((user, _)) => pages::apps(&user.email, &added(world, &user), None),
        None => pages::sign_in(APPS, None),
    }
}

/// The question before an app is removed. Nothing has happened yet.
pub fn question(world: &World, call: &Call, client_id: &str) -> Answer {
    let Some((user, csrf)) = session(world, call) else {
        return pages::sign_in(APPS, None);
    };
    match added(world, &user).into_iter().find(|app| app.client_id == client_id) {
        Some(app) => pages::uninstall(&app, &csrf),
        None => pages::error("You have not added this app", "404"),
    }
}

/// The answer to the question: the app is removed, with or without consent that its maker keeps the data.
pub fn answer(world: &mut World, call: &Call, client_id: &str) -> Answer {
    let form = call.form();
    let Some((user, csrf)) = session(world, call) else {
        return pages::sign_in(APPS, Some("Please sign in again"));
    };
    if first(&form, "csrf") != Some(csrf.as_str()) {
        return pages::error("This form has expired", "300");
    }
    let Some(app) = added(world, &user).into_iter().find(|app| app.client_id == client_id) else {
        return pages::error("You have not added this app", "404");
    };
    world.deauthorize(client_id, &user.id, first(&form, "retain") == Some("true"));
    pages::apps(&user.email, &added(world, &user), Some(&app.name))
}

fn added(world: &World, user: &User) -> Vec<App> {
    let holds =
        |app: &&App| world.grants.iter().any(|one| one.live && one.client_id == app.client_id && one.user == user.id);
    world.apps.iter().filter(holds).cloned().collect()
}
