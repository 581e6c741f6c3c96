//! A library to preload: to the process that loads it, the wall clock goes back an hour whenever it is looked at.
//! Every other clock is left alone.

use std::ffi::c_int;
use std::sync::atomic::{AtomicI64, Ordering};

use rustix::time::{ClockId, Timespec, clock_gettime as asked_of_the_kernel};

const HOUR_S: i64 = 3600;

static LOOKS: AtomicI64 = AtomicI64::new(0);

/// Stands in for the function of the C library, through which the standard library reads the clock.
#[allow(unsafe_code)] // The linker finds what replaces a function by its unmangled name only.
#[unsafe(no_mangle)]
extern "C" fn clock_gettime(clock: c_int, time: Option<&mut Timespec>) -> c_int {
    let (Ok(clock), Some(time)) = (ClockId::try_from(clock), time) else {
        return -1;
    };
    *time = asked_of_the_kernel(clock);
    if clock == ClockId::Realtime {
        time.tv_sec -= HOUR_S * LOOKS.fetch_add(1, Ordering::Relaxed);
    }
    0
}
