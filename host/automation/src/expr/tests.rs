use super::*;
use serde_json::json;

#[track_caller]
fn check(text: &str, expect: Value) {
    let names = json!({
        "inputs": {"topic": "Weekly", "day": "2026-01-31", "big": 9_007_199_254_740_993_i64, "huge": u64::MAX},
        "steps": {"list": {"recordings": [{"id": "a", "size": 1536}, {"id": "b", "size": 3}]}, "skipped": null},
        "run": {"started_at": "2026-01-31T22:30:00Z"},
    });
    assert_eq!(string(text, &Scope::of(&names)), Ok(expect), "{text}");
}

#[track_caller]
fn refused(text: &str, part: &str, message: &str) {
    let names = json!({"inputs": {"topic": "Weekly"}, "steps": {"skipped": null}});
    let error = string(text, &Scope::of(&names)).unwrap_err();
    assert!(error.message.contains(message), "{text}: {}", error.message);
    assert_eq!(&text[error.range], part, "{text}");
}

#[test]
fn one_expression_keeps_its_type() {
    check("${{ inputs.big }}", json!(9_007_199_254_740_993_i64));
    check("${{ inputs.huge }}", json!(u64::MAX));
    check(" ${{ steps.list.recordings | length }} ", json!(2));
    check("${{ steps.list.recordings | map(attribute='id') }}", json!(["a", "b"]));
    check("${{ steps.skipped or 'none' }}", json!("none"));
    check("${{ {'a': {'b': 1}} }}", json!({"a": {"b": 1}}));
}

#[test]
fn text_around_makes_a_string() {
    check("${{ inputs.topic }} ${{ 1 + 1 }}", json!("Weekly 2"));
    check("a ${{ '}}' }}", json!("a }}"));
    check("{{ topic }} {% raw %}", json!("{{ topic }} {% raw %}"));
}

#[test]
fn filters_of_ours() {
    check("${{ inputs.day | plus('P1M') }}", json!("2026-02-28"));
    check("${{ inputs.day | minus('P2D') }}", json!("2026-01-29"));
    check("${{ run.started_at | plus('PT90M') }}", json!("2026-02-01T00:00:00Z"));
    check("${{ run.started_at | date }}", json!("2026-01-31"));
    check("${{ run.started_at | date('%d.%m.%Y %H:%M', 'Europe/Berlin') }}", json!("31.01.2026 23:30"));
    check("${{ [[1], [2, 3], 4] | flatten }}", json!([1, 2, 3, 4]));
    check("${{ 'Weekly Sync (May)' | slug }}", json!("weekly-sync-may"));
    check("${{ steps.list.recordings[0].size | bytes }}", json!("1.5 KiB"));
    check("${{ steps.list.recordings | join(', ', attribute='id') }}", json!("a, b"));
    check("${{ 'aXb' | replace('X', '-') }}", json!("a-b"));
}

#[test]
fn errors_name_their_place() {
    refused("a ${{ inputs.nothing }}", " inputs.nothing ", "has no value");
    refused("${{ inputs.topic.x.y }}", "inputs.topic.x.y", "not there");
    refused("${{ 1 + }}", "+", "unexpected end");
    refused("x ${{ 1", "${{ 1", "does not end");
    refused("x ${{ steps.skipped }}", " steps.skipped ", "is none");
}

#[test]
fn runaway_work_is_stopped() {
    let names = Scope::default();
    for text in [
        "${{ range(100000) | map('string') | map('upper') | list }}",
        "${{ ('x' * 1000000) ~ ('x' * 1000000) }}",
        "${{ (['x' * 1000000] * 1000) | join }}",
        "${{ 'x' * 2000000000 }}",
        "${{ ('x' * 100000) | replace('x', 'y' * 100000) }}",
        "${{ [[[[[[[[[[[[1]*9]*9]*9]*9]*9]*9]*9]*9]*9]*9]*9]*9 | sort | length }}",
        "${{ 9 * [9 * [9 * [9 * [9 * [9 * [9 * [9 * [9 * [9 * [1]]]]]]]]]] | string | length }}",
        "${{ ([1] * 100000000) | sort | length }}",
    ] {
        assert!(string(text, &names).is_err(), "{text}");
    }
}

/// A value of a step may have a megabyte, and an expression may name it a thousand times.
#[test]
fn one_large_text_many_times_is_refused_before_it_is_written() {
    let names = Scope::of(&json!({"t": "x".repeat(900 << 10), "list": vec![0; 5_000]}));
    for text in [
        "${{ list | map('replace', '0', t) | list }}",
        "${{ list | batch(4999, t) | list | string | length }}",
        "${{ list | slice(100000, t) | list | sort | length }}",
        "${{ [none] | map('default', t, true) | list | batch(90000, t) | sort }}",
        "${{ list | map('chain', [t]) | map('list') | sort | length }}",
        "x ${{ [t, t, t] }} y",
        "${{ t ~ t ~ t }}",
    ] {
        let before = std::time::Instant::now();
        assert!(string(text, &names).is_err(), "{text}");
        assert!(before.elapsed() < std::time::Duration::from_secs(20), "{text}");
    }
}

#[test]
fn a_product_is_of_numbers() {
    check("${{ 2 * 3 }}", json!(6));
    check("${{ 1.5 * 2 }}", json!(3.0));
    check("${{ -2 * -(1 + 2) * 2 }}", json!(12));
    check("${{ [1, 2, 3] | length * 2 }}", json!(6));
    check("${{ 2 * [1, 2] | length if 1 * 1 == 1 else 0 }}", json!(4));
    check("${{ 2 ** 3 * 2 }}", json!(16));
    refused("${{ [1] * 2 }}", "[1]", "multiplies numbers");
    refused("${{ 'ab' * 2 }}", "'ab'", "multiplies numbers");
}

/// A thread of a server has 2 MiB; a quarter of it must do.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}

#[test]
fn chains_of_operators_end_no_thread() {
    on_a_small_stack(|| {
        let chains =
            [("-", "1"), ("not ", "1"), ("(", "1"), ("[", "1"), ("1 if a else ", "1"), ("a[", "1"), ("f(", "1")];
        let tails =
            ["~1", "+1", " and 1", " or a", ".id", "[0]", "|string", "**2", " is a", "()", " < 1", " if a", "+1and 1"];
        for times in [bounds::MAX_NESTING, bounds::MAX_OPERATORS - 2, bounds::MAX_OPERATORS + 1, 22_500, 1 << 20] {
            let before = chains.iter().map(|(chain, last)| chain.repeat(times) + last);
            let behind = tails.iter().map(|tail| String::from("a") + &tail.repeat(times));
            for source in before.chain(behind) {
                let text = format!("${{{{ {source} }}}}");
                let _ = string(&text, &Scope::of(&json!({"a": {"id": 1}})));
                let found = reads(&source, 0);
                let _ = call_mistakes(&source, 0);
                assert!(times <= bounds::MAX_OPERATORS || found.is_err(), "{}", &source[..20]);
            }
        }
    });
}

#[test]
fn the_largest_expressions_are_read() {
    let sum = format!("1{}", "-1".repeat(bounds::MAX_OPERATORS));
    check(&format!("${{{{ {sum} }}}}"), json!(1 - i64::try_from(bounds::MAX_OPERATORS).unwrap()));
    let text = "x".repeat(bounds::MAX_LENGTH - 2);
    check(&format!("${{{{'{text}'}}}}"), json!(text));
    refused(&format!("${{{{{sum}-1}}}}"), "-", "more than 200 operators");
    let sums = "+1".repeat(bounds::MAX_SUMS);
    refused(&format!("${{{{1{sums}~1}}}}"), "~", "more than 32 of `+` and `~`");
    check("${{ '+-*/~|.([{' ~ 'not and or' }}", json!("+-*/~|.([{not and or"));
}

#[test]
fn brackets_have_a_bound() {
    let deep = format!("${{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    assert!(string(&deep, &Scope::of(&json!({}))).is_err());
}

#[test]
fn arithmetic_out_of_range_is_an_error() {
    let range = "out of range";
    refused("${{ 'abc'[0:1:-9223372036854775808] }}", " 'abc'[0:1:-9223372036854775808] ", range);
    refused("${{ [1,2][::-9223372036854775808] }}", " [1,2][::-9223372036854775808] ", range);
}

#[test]
fn names_and_mistakes_are_found_without_evaluating() {
    assert_eq!(reads("steps.list.recordings | selectattr('x') and range(2)", 0).unwrap(), ["steps.list.recordings"]);
    let found = call_mistakes("a | flaten | length ~ '| no'", 3);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].range, 7..13);
}

#[track_caller]
fn failed(text: &str, message: &str, fix: &str) {
    let names = json!({"inputs": {"topic": "Weekly", "list": [1, "a"]}});
    let error = string(text, &Scope::of(&names)).unwrap_err();
    assert_eq!((error.message.as_str(), error.fix.as_deref().unwrap_or_default()), (message, fix), "{text}");
}

#[test]
fn a_failed_call_is_named_with_how_it_is_written() {
    failed("${{ inputs.list | frist }}", "unknown filter `frist`", "did you mean `first`?");
    failed("${{ inputs.list is definde }}", "unknown test `definde`", "did you mean `defined`?");
    failed("${{ rnage(3) }}", "unknown function `rnage`", "did you mean `range`?");
    let message = "filter `replace` takes 2 arguments, not 1";
    failed("${{ inputs.topic | replace('a') }}", message, "write it as `replace(from, to)`");
    failed(
        "${{ inputs.topic | upper | date('%H') ~ 'x' }}",
        "filter `date`: `WEEKLY` is neither a day like `2026-01-31` nor a time like `2026-01-31T09:00:00Z`",
        "write it as `date('%Y-%m-%d', 'UTC')`",
    );
    failed(
        "${{ inputs.topic | plus('one day') }}",
        "filter `plus`: `one day` is not a duration; write for example `PT30S`, `PT5M`, `P2D` or `30s`",
        "write it as `plus(duration), for example plus('PT90M')`",
    );
}
