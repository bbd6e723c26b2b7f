/** A client for the tracker's API, announce included, on the JDK's {@link java.net.http.HttpClient}. */
@NullMarked
package dev.piecewise.trackerclient;

import org.jspecify.annotations.NullMarked;
