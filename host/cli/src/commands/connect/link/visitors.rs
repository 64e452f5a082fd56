//! Who may be connected to the page at once, and for how long: it may face the internet.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// More at once than one link's visitors need.
const ROOM: usize = 32;
/// So long a visitor has for asking.
const ASKING: Duration = Duration::from_secs(5);
/// So long for everything: an exchange may have to wait for another one's.
const WHOLE: Duration = Duration::from_secs(120);

/// Takes in as many as there is room for.
pub struct Visitors {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl Visitors {
    pub fn new(listener: TcpListener) -> Visitors {
        Visitors { listener, room: Arc::new(Semaphore::new(ROOM)) }
    }
}

impl Listener for Visitors {
    type Io = Visit;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visit, SocketAddr) {
        let room = loop {
            if let Ok(room) = self.room.clone().acquire_owned().await {
                break room;
            }
        };
        loop {
            // One that fails while it is taken in is that visitor's trouble; of descriptors there may be none for a moment.
            match self.listener.accept().await {
                Ok((stream, from)) => return (Visit::new(stream, room), from),
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection, which ends when its time is over.
pub struct Visit {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    began: Instant,
    /// The last bytes of the head so far; None once it was whole.
    head: Option<Vec<u8>>,
    _room: OwnedSemaphorePermit,
}

impl Visit {
    fn new(stream: TcpStream, room: OwnedSemaphorePermit) -> Visit {
        let began = Instant::now();
        let end = Box::pin(sleep_until(began + ASKING));
        Visit { stream, end, began, head: Some(Vec::new()), _room: room }
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.end.as_mut().poll(context).is_ready()
    }

    /// Whoever has asked is given the whole time.
    fn heard(&mut self, bytes: &[u8]) {
        const BLANK: &[u8] = b"\r\n\r\n";
        let Some(head) = &mut self.head else { return };
        head.extend_from_slice(bytes);
        if head.windows(BLANK.len()).any(|four| four == BLANK) {
            self.head = None;
            self.end.as_mut().reset(self.began + WHOLE);
        } else {
            head.drain(..head.len().saturating_sub(BLANK.len() - 1));
        }
    }
}

fn over<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
}

impl AsyncRead for Visit {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        match &read {
            Poll::Ready(Ok(())) => {
                let heard = buffer.filled().get(before..).unwrap_or_default().to_vec();
                self.heard(&heard);
            }
            Poll::Pending if self.is_over(context) => return over(),
            _ => {}
        }
        read
    }
}

impl AsyncWrite for Visit {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_pending() && self.is_over(context) { over() } else { written }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
