//! Where Switchboard keeps things.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

use crate::AppError;

/// The data folder: the one that was chosen, `SWITCHBOARD_HOME`, or the system's place for application data. Made with access for the
/// owner alone.
pub fn data(chosen: Option<&Path>) -> Result<PathBuf, AppError> {
    let named = std::env::var_os("SWITCHBOARD_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder = match chosen.map(Path::to_owned).or(named) {
        Some(folder) => folder,
        None => {
            let names = AppStrategyArgs {
                top_level_domain: "org".into(),
                author: "switchboard".into(),
                app_name: "switchboard".into(),
            };
            choose_app_strategy(names)
                .map_err(|error| {
                    AppError::failed("home", format!("no home folder: {error}"))
                        .with_fix("set SWITCHBOARD_HOME to a folder")
                })?
                .data_dir()
        }
    };
    create(&folder).map_err(|error| {
        AppError::failed("home", format!("cannot use {}: {error}", folder.display()))
            .with_fix("set SWITCHBOARD_HOME to a folder you may write to")
    })?;
    Ok(folder)
}

fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
