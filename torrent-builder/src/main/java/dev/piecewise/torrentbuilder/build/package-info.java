/** Building torrents from an origin's bytes. */
@NullMarked
package dev.piecewise.torrentbuilder.build;

import org.jspecify.annotations.NullMarked;
