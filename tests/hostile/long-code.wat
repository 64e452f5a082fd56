;; expect: guest.output
(func $invoke (result i32) (call $problem (call $repeat (i32.const 1048576) (i32.const 72) (i32.const 8)) (i32.const 1048576)))
