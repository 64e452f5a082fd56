;; expect: guest.deadline
;; timeout: 1s
(table $table 1 funcref)
(func $invoke (result i32)
  (loop $again (drop (table.grow $table (ref.null func) (i32.const 1))) (br $again))
  (unreachable))
