/**
 * The extension protocol (BEP 10) and the exchange of metadata (BEP 9) as state machines: messages in, messages out. Nothing
 * here knows a socket, a thread or a clock.
 */
@NullMarked
package dev.piecewise.peer.extension;

import org.jspecify.annotations.NullMarked;
