;; expect: guest.output
;; effect: write
(data (i32.const 50000) "not json at all")
(func $invoke (result i32) (call $write) (call $ok (i32.const 50000) (i32.const 15)))
