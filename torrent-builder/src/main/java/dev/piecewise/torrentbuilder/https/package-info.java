/** The origin that is any web server. */
@NullMarked
package dev.piecewise.torrentbuilder.https;

import org.jspecify.annotations.NullMarked;
