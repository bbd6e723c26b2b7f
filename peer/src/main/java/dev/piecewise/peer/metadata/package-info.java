/** Getting a torrent's info dictionary from its swarm, before any engine can join that. */
@NullMarked
package dev.piecewise.peer.metadata;

import org.jspecify.annotations.NullMarked;
