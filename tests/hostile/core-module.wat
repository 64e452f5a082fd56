;; expect: connector.compile
(module (func (export "invoke")))
