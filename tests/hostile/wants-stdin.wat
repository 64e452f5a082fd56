;; expect: connector.load
(component
  (import "wasi:cli/stdin@0.2.0" (instance (export "get-stdin" (func (result u32))))))
