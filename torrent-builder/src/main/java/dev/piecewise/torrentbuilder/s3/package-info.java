/** The S3 origin: the only place where the AWS SDK is used. */
@NullMarked
package dev.piecewise.torrentbuilder.s3;

import org.jspecify.annotations.NullMarked;
