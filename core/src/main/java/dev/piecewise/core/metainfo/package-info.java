/** Torrent files (BEP 3, 27), and magnet links (BEP 9), as values and bytes. */
@NullMarked
package dev.piecewise.core.metainfo;

import org.jspecify.annotations.NullMarked;
