;; expect: guest.trap
(data (i32.const 50000) "{\c0\a2\e0\80\a2}")
(func $invoke (result i32) (call $ok (i32.const 50000) (i32.const 7)))
