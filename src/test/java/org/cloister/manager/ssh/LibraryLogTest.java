package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import org.apache.sshd.common.util.logging.AbstractLoggingBean;
import org.junit.jupiter.api.Test;

/** The SSH library logs what clients send, as they send it, under the name of whichever class of ours extends its own. */
class LibraryLogTest {

    @Test
    void whatTheLibraryLogsUnderOurNamesIsOff() throws Exception {
        Properties properties = new Properties();
        try (InputStream in = LibraryLogTest.class.getResourceAsStream("/application.properties")) {
            properties.load(in);
        }
        List<String> ours = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("org.cloister.manager")
                        .stream()
                        .filter(type -> type.isAssignableTo(AbstractLoggingBean.class))
                        .map(JavaClass::getName)
                        .toList();
        assertEquals(true, ours.contains(TenantChannel.class.getName()), ours.toString());
        assertEquals(
                List.of(),
                ours.stream()
                        .filter(name ->
                                !"OFF".equals(properties.getProperty("quarkus.log.category.\"" + name + "\".level")))
                        .toList());
    }
}
