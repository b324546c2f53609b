@NullMarked
package dev.aiocontext.internal.doctor;

import org.jspecify.annotations.NullMarked;
