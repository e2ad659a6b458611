internal import Glibc

/// A lock, and a queue of threads that wait for a change (POSIX, pthread_cond_wait(3)).
///
/// `@unchecked`, because POSIX lets every thread lock, wait and wake, and both objects stay where
/// they were made for as long as this lives.
@safe final class Condition: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe changed = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe changed.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  func lock() { unsafe pthread_mutex_lock(mutex) }

  func unlock() { unsafe pthread_mutex_unlock(mutex) }

  /// Gives the lock away until somebody wakes this thread; it may also wake for no reason.
  func wait() { unsafe pthread_cond_wait(changed, mutex) }

  /// Wakes every thread that waits.
  func wakeAll() { unsafe pthread_cond_broadcast(changed) }
}
