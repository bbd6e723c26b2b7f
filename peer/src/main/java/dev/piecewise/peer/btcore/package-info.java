/** The engine on bt-core; nothing outside this package knows it. */
@NullMarked
package dev.piecewise.peer.btcore;

import org.jspecify.annotations.NullMarked;
