;; expect: guest.trap
(type $answers (func (result i32)))
(table $table funcref (elem $invoke))
(func $invoke (result i32) (i32.add (call_indirect $table (type $answers) (i32.const 0)) (i32.const 1)))
