//! The only clock of a connector.

use serde_json::json;
use std::time::Instant;
use switchboard_runtime::CallOptions;

use super::component::{component_of, manifest};
use super::embedding::{runtime, to_port};

/// Asks for the time 20,000 times and answers how many different times it was told, as `{"times":"00000000"}` in hexadecimal.
const COUNT: &str = r#"
    (data (i32.const 50000) "{\22times\22:\22")
    (func $invoke (result i32) (local $left i32) (local $times i32) (local $last i64) (local $at i32)
      (local.set $left (i32.const 20000))
      (loop $again
        (global.set $free (i32.const 65536))
        (call $facts (i32.const 32768))
        (if (i64.ne (local.get $last) (i64.load (i32.const 32768)))
          (then
            (local.set $last (i64.load (i32.const 32768)))
            (local.set $times (i32.add (local.get $times) (i32.const 1)))))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $again (local.get $left)))
      (loop $next
        (local.set $left (i32.and (i32.const 15)
          (i32.shr_u (local.get $times) (i32.sub (i32.const 28) (i32.mul (local.get $at) (i32.const 4))))))
        (i32.store8 (i32.add (i32.const 50010) (local.get $at))
          (i32.add (local.get $left) (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $left) (i32.const 9)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 8))))
      (i32.store16 (i32.const 50018) (i32.const 0x7d22))
      (call $ok (i32.const 50000) (i32.const 20)))"#;

/// H-63: however often it asks, it sees no more than the milliseconds that pass.
#[tokio::test]
async fn a_connector_sees_no_less_than_a_millisecond() {
    let connector = runtime().load_wasm(&component_of(&manifest(), COUNT)).await.unwrap();
    let began = Instant::now();
    let output = connector.call("zoom.x.go", json!({}), to_port(9), &CallOptions::default()).await.unwrap();
    let most = began.elapsed().as_millis() + 2;
    let times = u128::from_str_radix(output["times"].as_str().unwrap(), 16).unwrap();
    assert!((1..=most).contains(&times), "{times} times in {most} ms");
}
