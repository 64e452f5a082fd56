;; expect: connector.compile
(component
  (core type $start (shared (func (param i32))))
  (core func $spawn (canon thread.spawn-ref $start)))
