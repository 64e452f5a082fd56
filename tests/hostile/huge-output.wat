;; expect: guest.output
(func $invoke (result i32) (call $ok (call $repeat (i32.const 52428800) (i32.const 72) (i32.const 8)) (i32.const 52428800)))
