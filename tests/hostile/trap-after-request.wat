;; expect: guest.trap
(data (i32.const 50000) "/users/me")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 9) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (unreachable))
