//! The list of attacks in `tests/hostile/README.md`.

use super::component::folder;

#[test]
fn the_list_names_every_attack_and_every_file() {
    let list = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for number in 1..=64 {
        let id = format!("| H-{number:02} |");
        assert_eq!(list.matches(&id).count(), 1, "{id}");
    }
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_attack = path.extension().is_some_and(|extension| extension == "wat") && name != "base";
        assert!(!is_attack || list.contains(&format!("`{name}`")), "{name} is not in the list");
    }
}
