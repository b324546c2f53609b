package dev.aiocontext.stress;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test whose every state opens up to five descriptors: only a few hundred of its states may exist at once. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface OpensDescriptors {}
