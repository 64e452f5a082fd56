;; expect: ok
(func $invoke (result i32)
  (local $left i32)
  (local.set $left (i32.const 100000))
  (loop $again
    (call $log (i32.const 1) (i32.const 72) (i32.const 8))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $again (local.get $left)))
  (call $done))
