/**
 * The wire engine: one listening port and any number of torrents in a process. A few network threads own sockets and what is
 * known of swarms; worker threads hash, write, read and send bytes.
 */
@NullMarked
package dev.piecewise.peer.wire;

import org.jspecify.annotations.NullMarked;
