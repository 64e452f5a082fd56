//! Machine code that is part of a program.

/// Machine code laid out so that it can run where it lies: on pages of its own, whatever size a machine's pages have (64 KiB
/// at most).
///
/// ```ignore
/// static CODE: MachineCode<[u8; include_bytes!("zoom.cwasm").len()]> = MachineCode::new(*include_bytes!("zoom.cwasm"));
/// ```
#[derive(Debug)]
#[repr(C, align(65536))]
pub struct MachineCode<T: ?Sized = [u8]>(pub(crate) T);

impl<const N: usize> MachineCode<[u8; N]> {
    /// Put a file that `pack-connector` made on pages of its own.
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

impl MachineCode {
    /// Code that is known only when the program runs, kept until it ends. Trusted as this program is: see [`crate::Bundle`].
    pub fn leak(bytes: &[u8]) -> &'static Self {
        crate::trusted::leak(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
