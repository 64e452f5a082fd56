;; expect: ok
(func $invoke (result i32)
  (call $log (i32.const 1) (call $repeat (i32.const 8388608) (i32.const 72) (i32.const 8)) (i32.const 8388608))
  (call $done))
