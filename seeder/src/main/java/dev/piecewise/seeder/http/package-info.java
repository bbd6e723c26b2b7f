/**
 * The web seed of a process (BEP 19): the files of torrents over HTTP, for clients that speak no BitTorrent to us; and extra
 * directories of its machine. The only package of this module that uses Jetty.
 */
@NullMarked
package dev.piecewise.seeder.http;

import org.jspecify.annotations.NullMarked;
