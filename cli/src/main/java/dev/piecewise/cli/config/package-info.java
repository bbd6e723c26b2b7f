/**
 * The configuration file and the environment. A setting is an option that need not be written: {@link
 * dev.piecewise.cli.config.Setting#ALL} declares them, and what the environment or the file says of one is given to the command
 * as if the user had written the option.
 */
@NullMarked
package dev.piecewise.cli.config;

import org.jspecify.annotations.NullMarked;
