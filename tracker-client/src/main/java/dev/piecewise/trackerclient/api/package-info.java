/**
 * What goes over the tracker's JSON API, one record per body. Field names are the JSON names; absent optional fields are
 * {@code null}. Unknown fields are ignored by both sides, so that either may be newer.
 */
@NullMarked
package dev.piecewise.trackerclient.api;

import org.jspecify.annotations.NullMarked;
