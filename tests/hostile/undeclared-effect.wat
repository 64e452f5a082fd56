;; expect: refused.effect
;; Its manifest says that it reads.
(data (i32.const 50000) "/users/me/meetings")
(func $invoke (result i32)
  (call $send (i32.const 1) (i32.const 0) (i32.const 50000) (i32.const 18) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 2) (i32.const 0) (i32.const 32768))
  (call $refused))
