/**
 * Which block is asked of which peer, when, and who is dialled: pure state of one swarm. No socket, thread or lock lives here;
 * whoever owns a swarm calls from one thread and passes the time.
 */
@NullMarked
package dev.piecewise.peer.schedule;

import org.jspecify.annotations.NullMarked;
