;; expect: guest.trap
;; A method that is none.
(data (i32.const 50000) "/x")
(func $invoke (result i32)
  (call $send (i32.const 9) (i32.const 0) (i32.const 50000) (i32.const 2) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
