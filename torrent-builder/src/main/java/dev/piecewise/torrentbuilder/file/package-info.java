/** The origin that is a file system which tracker and seeders share. */
@NullMarked
package dev.piecewise.torrentbuilder.file;

import org.jspecify.annotations.NullMarked;
