;; expect: guest.output
(data (i32.const 50000) "{\22a\22:1,\22a\22:2}")
(func $invoke (result i32) (call $ok (i32.const 50000) (i32.const 13)))
