;; expect: refused.path
;; A server that decodes the path once more would read `..` in it.
(data (i32.const 50000) "/users/..%2f..%2foauth%2ftoken")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 30) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
