//! What this host calls of a connector: the contract. The same activities as typed functions are for hosts that know the connector;
//! every instance would have to look up what it never calls, and every command would carry it.

use walrus::passes::gc;
use wit_component::{StringEncoding, embed_component_metadata, metadata};

/// The core module without its exports beyond the contract, and without what only they reach.
pub fn only(core: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let (bare, mut bound) = metadata::decode(core).map_err(|error| format!("{error:#}"))?;
    let world = bound.resolve.worlds.get(bound.world).ok_or("the module names no world")?;
    let typed = |key: &wit_parser::WorldKey| !bound.resolve.name_world_key(key).starts_with(CONTRACT);
    let dropped: Vec<_> = world.exports.keys().filter(|key| typed(key)).cloned().collect();
    let names: Vec<String> = dropped.iter().map(|key| format!("{}#", bound.resolve.name_world_key(key))).collect();

    let mut module =
        walrus::Module::from_buffer(bare.as_deref().unwrap_or(core)).map_err(|error| format!("{error:#}"))?;
    let of_typed = |name: &str| names.iter().any(|typed| name.trim_start_matches("cabi_post_").starts_with(typed));
    let exports: Vec<_> =
        module.exports.iter().filter(|export| of_typed(&export.name)).map(|export| export.id()).collect();
    exports.into_iter().for_each(|export| module.exports.delete(export));
    gc::run(&mut module);

    if let Some(world) = bound.resolve.worlds.get_mut(bound.world) {
        world.exports.retain(|key, _| !dropped.contains(key));
    }
    let mut module = module.emit_wasm();
    embed_component_metadata(&mut module, &bound.resolve, bound.world, StringEncoding::UTF8)
        .map_err(|error| format!("{error:#}"))?;
    Ok(module)
}

const CONTRACT: &str = "switchboard:connector/";

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = "package a:b;
        world w { import switchboard:connector/http; export switchboard:connector/activities; export typed; }
        interface typed { run: func() -> string; }
        package switchboard:connector { interface http { send: func(); } interface activities { invoke: func() -> string; } }";

    #[test]
    fn what_is_beyond_the_contract_is_left_out() {
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("a.wit", WIT).unwrap();
        let world = resolve.select_world(&[package], Some("w")).unwrap();
        let mut core = wit_component::dummy_module(&resolve, world, wit_parser::ManglingAndAbi::Standard32);
        embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
        let exported = |core: &[u8]| -> Vec<String> {
            let component = wit_component::ComponentEncoder::default().module(core).unwrap().encode().unwrap();
            let decoded = wit_component::decode(&component).unwrap();
            let resolve = decoded.resolve();
            let (_, world) = resolve.worlds.iter().next().unwrap();
            world.exports.keys().map(|key| resolve.name_world_key(key)).collect()
        };
        assert_eq!(exported(&core), ["switchboard:connector/activities", "a:b/typed"]);
        assert_eq!(exported(&only(&core).unwrap()), ["switchboard:connector/activities"]);
    }
}
