/** What is known of every piece and of every byte below: unread, leased, hashed. Pure: no I/O, no clock. */
@NullMarked
package dev.piecewise.tracker.ledger;

import org.jspecify.annotations.NullMarked;
