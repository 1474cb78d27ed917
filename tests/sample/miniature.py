"""A folder of sources in miniature: every rule of the conversion has one row to work on."""

from pathlib import Path

TABLES = {
    "regions/provinces.csv": """\
code,name,timezone,tz_iana,utc_offset
31,Daerah Khusus Ibukota Jakarta,WIB,Asia/Jakarta,+07:00
32,Jawa Barat,WIB,Asia/Jakarta,+07:00
93,Papua Selatan,WIT,Asia/Jayapura,+09:00
""",
    "regions/regencies.csv": """\
code,province_code,type,name,full_name,timezone
31.72,31,kota,Jakarta Utara,Kota Administrasi Jakarta Utara,WIB
32.75,32,kota,Bekasi,Kota Bekasi,WIB
93.01,93,kabupaten,Merauke,Kabupaten Merauke,WIT
""",
    "regions/region_code_history.csv": """\
code,level,name_2022,name_2023,name_2025,in_current
91.01,regency,KAB. MERAUKE,,,0
93,province,,PAPUA SELATAN,Papua Selatan,1
93.01,regency,,KAB. MERAUKE,Kabupaten Merauke,1
""",
    "catalogue/providers_id.csv": """\
provider_id,name,regency_code
bbpvp-bekasi,BBPVP Bekasi,32.75
ppkd-jakut,PPKD Jakarta Utara,31.72
lsp-net-079,Batik Aulia,
""",
    "catalogue/courses_id.csv": """\
course_id,provider_id,title,category,duration_jp,objective,description,scheme_type,scheme_code,skkni
bbpvp-bekasi-001,bbpvp-bekasi,Barista,Pariwisata,180,Peserta satu dua tiga empat lima enam tujuh,,,,
bbpvp-bekasi-002,bbpvp-bekasi,Digital Marketing,,,,,Klaster,SS.1,
ppkd-jakut-001,ppkd-jakut,Barista,,,,,,,No. 370 Tahun 2013 No. 145 Tahun 2018
ppkd-jakut-002,ppkd-jakut,Junior Web Developer,,,,,Okupasi,,
""",
    "catalogue/course_units_id.csv": """\
course_id,seq,unit_code,unit_title,description
ppkd-jakut-001,1,,Mengelola Area Kerja,Uraian dengan kata kata yang bukan milik kita sendiri
ppkd-jakut-001,2,,<!--,
ppkd-jakut-001,3,I.56,Menangani Pelanggan,
""",
    "catalogue/classes_ppkd_jakut_2025.csv": """\
class_id,course_id,registration_close,selection_start,selection_end,training_start,training_end,exam_start
k02,ppkd-jakut-002,2025-06-23,2025-06-03,2025-06-04,2025-06-30,2025-08-08,2025-08-11
""",
    "catalogue/classes_bbpvp_bekasi.csv": """\
seq,program,participants
1,Barista,16
2,Barista Kafe,2
3,Bahasa Jepang,16
4,Barista,1
5,Barista,40
""",
    "catalogue/prakerja_known_courses.csv": """\
title,price_idr
digital marketing,650000
Kaos Tie Dye,
""",
    "taxonomy/kbji2014.csv": """\
level,code,title
3,514,Penata Rambut (Hairdresser)
4,0111,Perwira (Officer)
6,5141.02,Penata Rambut (Hairstylist/Hairdresser)
6,2120.01,Ahli Statistika (Terapan)
6,7115.99,Tukang Kayu (Umum)
6,7115.01,Tukang Kayu Bangunan
""",
    "taxonomy/skkni_documents.csv": """\
title
SKKNI Penilaian Daur Hidup atau Life Cycle Assessment (LCA)
""",
    "taxonomy/skkni_units.csv": """\
unit_title
Merencanakan Panen Tebu
""",
    "holders/holders_synthetic_2000.csv": """\
nik,name,sex,birth_date,domicile_regency_code
3172015001900000,Ani,P,1990-01-10,31.72
3172011001900000,Budi,L,1990-01-10,31.72
3172011002900000,Cahya,L,1990-02-10,31.72
9101011003900000,Dewa,L,1990-03-10,93.01
""",
}


def write_sources(folder: Path) -> Path:
    """Write the tables below `folder` and return it."""
    for name, text in TABLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
